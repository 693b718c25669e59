"""The tests of casework that need a running service share the sandbox and the service of the HTTP tests."""

from tests.http.conftest import registers, stage

__all__ = ["registers", "stage"]
