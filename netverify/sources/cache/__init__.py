"""What sources gave, kept from one run to the next.

An entry is found again only for the same bytes, read under the same terms by the same program; whatever is odd about it
makes it no entry. It holds facts and no code: it is JSON.
"""
