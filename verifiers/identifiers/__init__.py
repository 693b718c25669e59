"""The identifiers that forms, licences and registers carry: read, checked, and made.

Every reader is total: any text gives a value or a `Defect`. Only ASCII is read: `str.isdigit` and `int` take full-width
digits, which no register does.
"""

from verifiers.identifiers.citizen_id import CitizenId, citizen_id, make_citizen_id
from verifiers.identifiers.credit_code import CreditCode, credit_code, make_credit_code
from verifiers.identifiers.defect import Defect
from verifiers.identifiers.disability_certificate import DisabilityCertificate, disability_certificate
from verifiers.identifiers.electronic_licence import ElectronicLicence, electronic_licence, make_electronic_licence
from verifiers.identifiers.food_filing_no import FoodFilingNo, food_filing_no, make_food_filing_no
from verifiers.identifiers.implementing_code import ImplementingCode, implementing_code
from verifiers.identifiers.vin import Vin, vin

__all__ = [
    "CitizenId",
    "CreditCode",
    "Defect",
    "DisabilityCertificate",
    "ElectronicLicence",
    "FoodFilingNo",
    "ImplementingCode",
    "Vin",
    "citizen_id",
    "credit_code",
    "disability_certificate",
    "electronic_licence",
    "food_filing_no",
    "implementing_code",
    "make_citizen_id",
    "make_credit_code",
    "make_electronic_licence",
    "make_food_filing_no",
    "vin",
]
