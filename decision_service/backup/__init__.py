"""Backup and restore: all that a service has on disk, copied while it serves, put back only where that is right."""
