"""One screen per file. A screen owns a task's workflow; ``work`` does what touches the vault."""
