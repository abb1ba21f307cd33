module example.org/jobd

go 1.23
