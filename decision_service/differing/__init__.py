"""Two versions of one matter compared: where the decision changes, or a proof that it does not."""
