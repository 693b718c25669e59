"""A TCP proxy before the sandbox that plays the faults below HTTP and writes down what it really put on the wire."""
