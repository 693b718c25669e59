"""The pytest plugin `miaopi`: worked cases as tests, and the fixture `decide`.

    pytest --miaopi-rules rules         # every worked case of every rule file, with the tests of the project

or `miaopi_rules = rules` in the pytest configuration. Loaded by every pytest of an environment in which the project is
installed, so it imports nothing of the project before a rule file, an option or the fixture asks for it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from decision_service.testing.deciding import Decider

_CATALOGUE, _CASES = "catalogue", ".cases.yaml"
"""As the rules folder has them (policy.catalogue, policy.shelf), which are too heavy to be imported here."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and the setting that name the folder of rule files."""
    group = parser.getgroup("miaopi", "秒批规则文件 rule files of miaopi")
    group.addoption(
        "--miaopi-rules",
        metavar="DIR",
        help="规则文件夹：其中的案例都作为测试 folder of rule files, whose worked cases are tests",
    )
    parser.addini("miaopi_rules", "规则文件夹 folder of rule files, whose worked cases are tests", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Adds the folder of rule files to what is collected, unless paths were named without it."""
    folder = _folder(config)
    if folder is None:
        return
    from decision_service.testing.folder import use

    use(folder)
    named = config.args_source is pytest.Config.ArgsSource.ARGS and config.getoption("--miaopi-rules") is None
    if not named and not any(_within(folder, _path(argument, config)) for argument in config.args):
        config.args.append(str(folder))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forgets the folder: another pytest may run in this process."""
    if _folder(config) is not None:
        from decision_service.testing.folder import use

        use(None)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The worked cases of a rule file, of the folder that was named, or of a file `*.cases.yaml` beside one."""
    if file_path.suffix != ".yaml":
        return None
    rules = file_path.parent.parent
    if not (rules / _CATALOGUE).is_dir() or file_path.parent.name == _CATALOGUE:
        return None
    folder = _folder(parent.config)
    if not file_path.name.endswith(_CASES) and (folder is None or rules.resolve() != folder):
        return None
    from decision_service.testing.collecting import RuleFile

    return RuleFile.of(parent, file_path, rules)


@pytest.fixture(scope="session")
def decide(pytestconfig: pytest.Config) -> "Iterator[Decider]":
    """`decide(matter, form, facts, as_of=...)`: the answer in the shape of the decision API, offline, by both engines
    (REFERRED where they differ). Without `as_of`: today."""
    from decision_service.testing.deciding import Decider
    from decision_service.testing.folder import folder

    with Decider(_folder(pytestconfig) or folder()) as decider:
        yield decider


def _folder(config: pytest.Config) -> Path | None:
    option = config.getoption("--miaopi-rules")
    if option:
        return (config.invocation_params.dir / str(option)).resolve()
    setting = str(config.getini("miaopi_rules"))
    return (config.rootpath / setting).resolve() if setting else None


def _path(argument: str, config: pytest.Config) -> Path:
    return (config.invocation_params.dir / argument.partition("::")[0]).resolve()


def _within(folder: Path, path: Path) -> bool:
    """Whether what was named leads to the folder: it, a folder around it, or something in it."""
    return folder == path or path in folder.parents or folder in path.parents
