"""Credentials that an applicant shows (电子证照, 亮证扫码): who issued them, who holds them, if they still stand."""
