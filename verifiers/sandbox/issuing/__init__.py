"""The sandbox as issuer and wallet: credentials of its own people, to be shown in place of its registers."""
