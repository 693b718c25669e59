"""The requirements that need a running service share the sandbox and the service of the HTTP tests."""

from tests.casework.conftest import bureau
from tests.http.conftest import registers, stage

__all__ = ["bureau", "registers", "stage"]
