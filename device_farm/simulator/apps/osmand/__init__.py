"""Maps, under the package and activity names of OsmAnd."""
