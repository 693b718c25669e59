"""The nearest change: the fewest things that an applicant can change, and the shortest wait, after which the outcome
would be a better one (`seeking.nearest`), found by MaxSMT and decided again, or proved not to be there; and what stands
in the way of an outcome (`hindrances.why_not`), which needs no solver."""
