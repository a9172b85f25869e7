"""The reporter's use cases: functions that both faces call. They print nothing and speak no language."""
