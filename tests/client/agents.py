"""An agent with a mandate, who applies for somebody."""

from datetime import date

from decision_service.client import Agent, Mandate

MANDATE = Mandate(number="WT-1", given_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), scope=["elderly_allowance"])
AGENT = Agent(name="钱代办二", id_type="111", id_no="210100197803039635", mandate=MANDATE)
