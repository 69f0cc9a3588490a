"""Notes: a Markdown and text editor over the folder Documents/Markor, in the manner of Markor."""
