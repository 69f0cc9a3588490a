"""The phone app, under the package and activity names of Google's."""
