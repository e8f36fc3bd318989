"""What a run carries from step to step: how each part begins, is stored, comes back and is carried on."""
