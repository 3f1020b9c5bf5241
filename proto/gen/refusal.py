"""The one exception of the generator."""


class ContractError(Exception):
    """Something the contract must not say; the text names file and place."""
