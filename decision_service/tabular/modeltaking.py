"""A DMN model taken over into a rule file: put in the words of the file, and checked there."""

from pathlib import Path

from decision_service.editing.advice import Written
from decision_service.tabular.adopting import adopted, agree_in_kind
from decision_service.tabular.dmnreading import Model, read_model
from decision_service.tabular.entry import entry_of
from decision_service.tabular.models import wrong
from decision_service.tabular.taking import taken


def take_model(path: Path, before: Written, table: str = "") -> tuple[Written, Model]:
    """The rule file with the table of the model in it, and the model; with `table`, only a table of that name, of
    however many the model holds. Raises TroubleError where the model is at fault, PolicyProblems where the file around
    it then is."""
    model = read_model(path, {name: one for name, one in before.policy.tables.items() if table in ("", name)})
    name = model.entry.name
    if table not in ("", name):
        raise wrong(
            "wrong_name",
            f"模型里是表 {name}，不是 {table}；决策的 id 应是表名",
            f"the model holds the table {name}, not {table}; the id of the decision is to be the name of the table",
        )
    if name in before.policy.tables:
        model = adopted(model, *entry_of(before, name))
    after = taken(before, model.entry, model.place)
    agree_in_kind(model, after.policy.tables[name])
    return after, model
