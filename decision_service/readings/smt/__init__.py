"""The Z3 reading: one policy, or two versions of one matter, over every application that could be made, three-valued.

    world = World([policy], catalogue)          # the unknowns, shared; world.encoded() says what is in the formulas
    terms = world.terms[0]                      # how each rule, item, table, result and the whole stand, as formulas
    found = world.find(world.valid, world.known, terms.fails("E2"), near=[Applicant.of_case(policy.cases[0])])

What is found is decided again by the reference before anybody sees it (replaying.py). What is not found is proved to be
nowhere within `encoded().bounds`. A search that ends without an answer raises; it is never a "no".

From the values up: formulas, numbers, products, counting, days, patterns, shapes, texts, values, comparing; workdays,
symbols, calls, expressions, lookups, verdicts follow the modules of the language and the reference that they mirror;
witnesses says how long lists must be; sheets ties an application to what a policy is told of it; callers use terms,
world, encoded; solving bounds every question by the solver's steps, collecting holds off the collector meanwhile;
searching, likeness, telling, replaying turn a model into an application.
"""
