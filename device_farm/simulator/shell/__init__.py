"""The phone's command line: the grammar of Android's mksh and the commands of toybox."""
