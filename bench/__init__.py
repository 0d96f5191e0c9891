"""What a page and a login cost, beside what one would pick instead: ratios within one run."""
