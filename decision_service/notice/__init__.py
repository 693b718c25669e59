"""The notice (文书): a recorded decision as the document that the applicant gets."""
