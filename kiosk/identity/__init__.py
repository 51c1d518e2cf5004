"""Who somebody is: document numbers, persons, how they are masked, and the code on a receipt."""
