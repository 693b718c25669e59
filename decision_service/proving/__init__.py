"""Proofs about policies: what holds of every application, with one smallest applicant where something does not."""
