"""Critics at work: policies under a critic, what they leave behind as data, reward data of stored runs."""
