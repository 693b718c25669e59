"""What people do with a case: the queue, outcomes of officers, ratings, complaints, tasks, samples, alarms on drift."""
