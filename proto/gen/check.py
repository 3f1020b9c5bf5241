def check(contract):
    pass
