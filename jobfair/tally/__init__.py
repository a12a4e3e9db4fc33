"""Every number of a fair: kept ones to show, recounted ones to check, frozen ones to print."""
