"""Money, ids, time and problems: pure words the whole house speaks; imports nothing of ours."""
