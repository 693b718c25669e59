"""What the door promises holds over two workers: the very tests of one process, run again on both."""

from tests.http.test_idempotency import (  # noqa: F401 - they are run here, on this room's stage
    test_a_key_written_as_the_draft_has_it_is_the_same_as_the_bare_one,
    test_of_many_at_once_one_decides_and_all_hear_the_same,
    test_one_application_under_many_keys_at_once_is_decided_once,
    test_spaces_and_order_do_not_make_another_application,
    test_the_same_key_and_application_give_the_same_bytes,
    test_the_same_key_for_another_application_is_refused,
)
from tests.http.test_lookups import (  # noqa: F401 - see above
    test_a_decision_comes_back_as_it_was_answered,
    test_a_form_is_looked_at_without_asking_or_recording,
    test_what_is_not_there_is_not_found,
)
from tests.http.test_resubmission import (  # noqa: F401 - see above
    test_a_correction_is_laid_over_the_form_and_good_answers_serve_again,
    test_after_any_other_outcome_the_decision_stands,
    test_only_what_the_correction_touches_is_asked_anew,
    test_what_did_not_answer_is_asked_again,
)
