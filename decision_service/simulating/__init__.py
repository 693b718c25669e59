"""One version of a matter, or two, over a whole population: outcomes, who flips, and the money that it moves."""
