def outputs(contract):
    return {}
