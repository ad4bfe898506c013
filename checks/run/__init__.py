"""Run: carries a plan out; every way to end becomes a finding, and the verdict is made of all of them."""
