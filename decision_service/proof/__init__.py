"""What a stranger needs to check a record: bytes, digests, Merkle trees, signatures and signed notes. Nothing here
knows of the service; all it imports is the standard library and `cryptography`."""
