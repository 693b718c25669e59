"""`python -m decision_service` is the command line."""

from decision_service.cli import main

main()
