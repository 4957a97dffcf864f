// forbidden: code lives in the api/ or src/
