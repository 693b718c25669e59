"""The HTTP door: applications in, recorded decisions out, a problem in RFC 9457 form for everything else."""
