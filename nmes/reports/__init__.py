"""What a record tells, on paper and as text: values out of a story, then a form. No screen, no clock."""
