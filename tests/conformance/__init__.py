"""What every registered type must keep, checked over the registries: a new type is covered unasked."""
