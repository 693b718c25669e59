"""The rule file of one version and the catalogue that it leans on: out of the rules folder, and published from a
package alone."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from decision_service.archival.zipped import PackageError
from decision_service.policy.catalogue import FILES, FOLDER
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.publishing import Publication, publish
from decision_service.source import PolicyProblems

_ROOT: Final = "rules/sha256-"


def rule_parts(folder: Path, policy: Policy) -> dict[str, bytes]:
    """The files by their names in a package. Raises PackageError where `folder` does not hold what decided then."""
    names = (policy.source, *(f"{FOLDER}/{name}.yaml" for name in FILES))
    try:
        parts = {f"{_ROOT}{policy.digest}/{name}": (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise PackageError(f"rules: a file can't be read ({error.strerror})") from None
    if publication_in(parts).by_digest(policy.digest) is None:
        raise PackageError("rules: the files have changed since; use the rules folder as it was published then")
    return parts


def publication_in(parts: Mapping[str, bytes]) -> Publication:
    """The rules in a package, compiled. Raises PackageError."""
    found = {name: content for name, content in parts.items() if name.startswith(_ROOT)}
    with tempfile.TemporaryDirectory(prefix="miaopi-") as folder:
        for name, content in found.items():
            path = Path(folder) / name[len(_ROOT) :].partition("/")[2]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        try:
            return publish(read_shelf(Path(folder)))
        except PolicyProblems as problems:
            raise PackageError(f"rules: can't be used ({len(problems.problems)} problems)") from None
