# R's glmnet as a process that holds the data and fits on command; see _outside.py for the protocol.
# Only glmnet() or cv.glmnet() itself is timed. proc.time() counts in milliseconds, so short fits are repeated.

AT_LEAST <- 0.05 # seconds over which one time is taken
suppressWarnings(suppressPackageStartupMessages({
  library(Matrix)
  library(glmnet)
}))
glmnet.control(fdev = 0, devmax = 1) # or it leaves out the last alphas of a path

read <- function(what, kind) {
  path <- paste0(what, ".bin")
  readBin(path, kind, file.size(path) / (if (kind == "integer") 4 else 8))
}

save <- function(values, what) writeBin(as.vector(values), paste0(what, ".bin"))

load <- function(n, p, sparse) {
  X <<- if (sparse) {
    new("dgCMatrix", i = read("indices", "integer"), p = read("indptr", "integer"), x = read("X", "double"),
        Dim = c(n, p))
  } else {
    matrix(read("X", "double"), n, p)
  }
  y <<- read("y", "double")
}

timed <- function(call) {
  count <- 0
  start <- proc.time()
  repeat {
    model <- suppressWarnings(call())
    count <- count + 1
    spent <- proc.time() - start
    if (spent[["elapsed"]] >= AT_LEAST) break
  }
  list(model = model, seconds = c(spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]]) / count)
}

fit <- function(tol) {
  alphas <- read("alphas", "double")
  done <- timed(function() {
    if (is.nan(tol)) return(glmnet(X, y, lambda = alphas, standardize = FALSE))
    glmnet(X, y, lambda = alphas, standardize = FALSE, thresh = tol, maxit = 1e9)
  })
  model <- done$model
  beta <- as(model$beta, "CsparseMatrix")
  save(beta@x, "values")
  save(beta@i, "rows")
  save(beta@p, "starts")
  save(as.double(model$a0), "intercepts")
  c(done$seconds, model$npasses)
}

cross_validate <- function(count, eps) {
  folds <- read("folds", "integer")
  done <- timed(function() {
    cv.glmnet(X, y, foldid = folds, nlambda = count, lambda.min.ratio = eps, standardize = FALSE)
  })
  model <- done$model
  c(done$seconds, model$lambda.min, min(model$cvm), length(model$lambda)) # fewer where maxit ends the path
}

commands <- file("stdin", "r")
while (length(line <- readLines(commands, 1))) {
  words <- strsplit(line, " ")[[1]]
  answer <- tryCatch(
    switch(words[1],
      version = as.character(packageVersion("glmnet")),
      folder = setwd(substring(line, 8)),
      load = length(load(as.integer(words[2]), as.integer(words[3]), words[4] == "sparse")),
      fit = format(fit(as.numeric(words[2])), digits = 9, scientific = TRUE),
      cv = format(cross_validate(as.integer(words[2]), as.numeric(words[3])), digits = 9, scientific = TRUE)
    ),
    error = function(e) paste("error", gsub("\n", " ", conditionMessage(e)))
  )
  cat(answer, "\n")
  flush(stdout())
}
