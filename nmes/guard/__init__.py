"""Floor 2: the last thing between the program and the patient. Imports link and nothing else of ours."""
