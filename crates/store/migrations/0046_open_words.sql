-- The words of open tickets, once more: a list of open ones looks among them alone, not among those of all that ended (J7).
{{OPEN_WORDS}}
