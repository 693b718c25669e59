"""Whose facts a record holds: the words from which the key ring makes the mark of a person."""

from collections.abc import Mapping

from decision_service.forms import FormReading

ID_TYPE = "id_type"
ID_NO = "id_no"


def subject_words(
    caller: str, application_id: str, form: Mapping[str, object], reading: FormReading
) -> tuple[str, ...]:
    """The person by kind and number of the identity document; where the form names none that can be read, the
    application.

    The same number, however it is written, is the same person, so that erasing a person reaches all that is on record.
    """
    id_type, id_no = form.get(ID_TYPE), form.get(ID_NO)
    unread = any(one.field == ID_NO for one in reading.defects)
    if unread or not isinstance(id_type, str) or not isinstance(id_no, str):
        return application_words(caller, application_id)
    return person_words(id_type, id_no)


def person_words(id_type: str, id_no: str) -> tuple[str, ...]:
    """The words for the holder of an identity document."""
    return ("person", id_type, id_no.strip().upper())


def application_words(caller: str, application_id: str) -> tuple[str, ...]:
    """The words for whoever made an application that names nobody."""
    return ("application", caller, application_id)
