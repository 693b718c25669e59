"""What a stranger needs to check a record: Merkle trees and signed notes; standard library and `cryptography` only."""
