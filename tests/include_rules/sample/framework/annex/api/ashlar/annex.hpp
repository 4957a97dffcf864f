// forbidden: the arrows of framework/annex are not known
