module move

go 1.26.0
