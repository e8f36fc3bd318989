"""Many small pictures in one."""
