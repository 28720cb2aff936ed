# glmnet's cells of the table of features; the data come as CSV, each line printed is "name yes|no what". The checks
# are those of _feature_checks.py; what an R package cannot have is not here, and so is a no.

suppressWarnings(suppressPackageStartupMessages({
  library(Matrix)
  library(glmnet)
}))
glmnet.control(fdev = 0, devmax = 1)
folder <- commandArgs(trailingOnly = TRUE)[1]
data <- as.matrix(read.csv(file.path(folder, "data.csv"))) # y, class, count, times, x1..x8, s1..s8 (of sparse X)
y <- data[, 1]; classes <- data[, 2]; counts <- data[, 3]; times <- data[, 4]
X <- data[, 5:12]; S <- data[, 13:20]; p <- 8
lambda <- 0.3
close <- function(a, b) all(abs(a - b) < 2e-3)

# glmnet standardises y, and rescales factors to a mean of 1: undone here
lasso <- function(X, y, ..., alpha = 1, standardize = FALSE, at = lambda) {
  model <- glmnet(X, y, alpha = alpha, standardize = standardize, lambda = c(10 * at, at), thresh = 1e-20, ...)
  list(coef = as.vector(model$beta[, 2]), intercept = model$a0[[2]], model = model)
}
pulls <- function(coef) {
  A <- scale(X, scale = FALSE)
  as.vector(crossprod(A, y - mean(y) - A %*% coef)) / length(y)
}
tell <- function(name, check) {
  found <- tryCatch(isTRUE(as.logical(check())), error = function(e) FALSE)
  cat(name, if (found) "yes" else "no", "\n")
}

tell("elastic_net", function() { # its L2 part is divided by the standard deviation of y
  sd <- sqrt(mean((y - mean(y))^2))
  coef <- lasso(X, y, alpha = 0.5)$coef
  pull <- pulls(coef) - lambda / 2 * coef
  other <- pulls(coef) - lambda / 2 * coef / sd
  on <- coef != 0
  holds <- function(pull) close(pull[on], lambda / 2 * sign(coef[on])) && all(abs(pull) < lambda / 2 + 2e-3)
  holds(pull) || holds(other)
})
tell("positive", function() { coef <- lasso(X, y, lower.limits = 0)$coef; min(coef) >= 0 && max(coef) > 1 })
tell("bounds", function() {
  close(lasso(X, y, lower.limits = rep(-1.5, 8), upper.limits = rep(2, 8))$coef[1:2], c(2, -1.5))
})
rows <- rep(seq_along(times), times)
tell("weights", function() close(lasso(X, y, weights = times)$coef, lasso(X[rows, ], y[rows])$coef))
tell("sparse_weights", function() {
  Z <- as(S, "CsparseMatrix")
  close(lasso(Z, y, weights = times)$coef, lasso(Z[rows, ], y[rows])$coef)
})
tell("factors", function() {
  factor <- c(1, 1, 1, 1, 1, 1, 3, 1)
  coef <- lasso(X, y, penalty.factor = factor, at = lambda * sum(factor) / p)$coef
  coef[7] == 0 || close(abs(pulls(coef)[7]), 3 * lambda)
})
tell("unpenalised", function() {
  factor <- c(0, rep(1, 7))
  abs(pulls(lasso(X, y, penalty.factor = factor, at = lambda * sum(factor) / p)$coef)[1]) < 2e-3
})
tell("sparse_intercept", function() {
  a <- lasso(S, y); b <- lasso(as(S, "CsparseMatrix"), y)
  close(a$coef, b$coef) && close(a$intercept, b$intercept)
})
tell("sparse_scale", function() {
  sd <- apply(S, 2, function(x) sqrt(mean((x - mean(x))^2)))
  close(lasso(as(S, "CsparseMatrix"), y, standardize = TRUE)$coef, lasso(sweep(S, 2, sd, "/"), y)$coef / sd)
})
tell("path", function() {
  model <- glmnet(X, y, standardize = FALSE, lambda = c(1, lambda, 0.1), thresh = 1e-20)
  single <- lasso(X, y)
  close(model$beta[, 2], single$coef) && close(model$a0[[2]], single$intercept)
})
tell("between", function() {
  model <- glmnet(X, y, standardize = FALSE, lambda = c(1, 0.05), thresh = 1e-20)
  found <- coef(model, s = lambda, exact = TRUE, x = X, y = y, standardize = FALSE, thresh = 1e-20)
  close(as.vector(found)[-1], lasso(X, y)$coef)
})
chosen <- cv.glmnet(X, y, nfolds = 5, foldid = rep(1:5, each = 12))
tell("cross_validation", function() chosen$lambda.min > 0)
tell("one_se", function() chosen$lambda.1se > chosen$lambda.min)
tell("compiled", function() is.numeric(lasso(X, y)$coef))
tell("logistic", function() {
  found <- sum(glmnet(X, classes, family = "binomial", lambda = c(1, 0.1))$beta[, 2] != 0)
  found > 0 && found < p
})
tell("poisson", function() {
  found <- sum(glmnet(X, counts, family = "poisson", standardize = FALSE, lambda = c(1, 0.3))$beta[, 2] != 0)
  found > 0 && found < p
})
tell("multitask", function() {
  found <- glmnet(X, cbind(y, rev(y)), family = "mgaussian", lambda = c(2, 0.5))$beta
  one <- found[[1]][, 2] != 0; two <- found[[2]][, 2] != 0
  all(one == two) && sum(one) > 0 && sum(one) < p
})
cat("version", as.character(packageVersion("glmnet")), "\n")
