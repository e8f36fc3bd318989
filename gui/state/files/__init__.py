"""Projects on their way to the disk and back, and what is kept against a crash: nobody waits for a disk."""
