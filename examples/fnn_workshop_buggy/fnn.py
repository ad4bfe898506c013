"""A feed-forward network for MNIST, and what trains it. Seven mistakes are planted; planted.json names them."""

import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms


def _dense_layer(input_shape, output_shape, activation_func=None, batch_normalize=False):
    layers = [nn.Linear(input_shape, output_shape, bias=not batch_normalize)]
    if batch_normalize:
        layers.append(nn.BatchNorm1d(output_shape))
    if activation_func is not None:
        layers.append(activation_func())
    return nn.Sequential(*layers)


class FNN(nn.Module):
    def __init__(self, input_shape, hidden_shape, num_classes, activation_func, use_batch_norm=False, **kwargs):
        super().__init__()
        self.hidden_1 = _dense_layer(input_shape, hidden_shape, activation_func, use_batch_norm)
        self.hidden_2 = _dense_layer(hidden_shape, hidden_shape, activation_func, use_batch_norm)
        self.output = _dense_layer(hidden_shape, num_classes)
        self.apply(self._init_weights)

    def _init_weights(self, layer):
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            # mistake: with batch normalisation there is no bias
            layer.bias.data.fill_(0.0)

    def forward(self, x):
        # mistake: the loss takes scores, and applies the softmax itself
        return torch.softmax(self.output(self.hidden_2(self.hidden_1(x))), dim=1)


class DataLoaderFNN:
    def __init__(self, train_val_ratio, batch_size):
        self.batch_size = batch_size
        flatten = transforms.Compose([transforms.ToTensor(), transforms.Lambda(torch.flatten)])
        data = datasets.MNIST("./data", train=True, download=True, transform=flatten)
        size = int(len(data) * train_val_ratio)
        train, val = random_split(data, [size, len(data) - size])
        test = datasets.MNIST("./data", train=False, download=True, transform=flatten)
        self.parts = {"train": train, "val": val, "test": test}

    def __call__(self, part):
        return DataLoader(self.parts[part], self.batch_size, shuffle=part == "train")


def l2_penalty(model, weight=1e-4):
    return weight * sum(torch.sum(p**2) for p in model.parameters())


def sum_correct(output, target):
    return (output.argmax(dim=1) == target).sum().item()


class NetworkTrainer:
    def __init__(self, network_class, loss_function, optimizer, lr_scheduler, data_loader, folder="./metadata/"):
        self.network_class = network_class
        self.loss_function = loss_function
        self.optimizer = optimizer
        self.lr_scheduler = lr_scheduler
        self.data_loader = data_loader
        self.folder = folder

    def train_network(
        self,
        num_epochs,
        network_params,
        loss_params,
        optimizer_params,
        scheduler_params,
        sum_correct_preds=sum_correct,
        regularization=None,
    ):
        network = self.network_class(**network_params)
        loss_function = self.loss_function(**loss_params)
        optimizer = self.optimizer(network.parameters(), **optimizer_params)
        scheduler = self.lr_scheduler(optimizer, **scheduler_params)
        losses = np.zeros((num_epochs, 2))
        for epoch in range(num_epochs):
            network.train()
            loader = self.data_loader("train")
            for *inputs, target in loader:
                optimizer.zero_grad()
                output = network(*inputs)
                loss = loss_function(output, target)
                total = loss if regularization is None else loss + regularization(network)
                total.backward()
                optimizer.step()
                # mistake: the losses are means already
                losses[epoch, 0] += loss.item() / len(loader.dataset)
            # mistake: the network stays in the train phase
            correct, seen = 0, 0
            loader = self.data_loader("val")
            # mistake: gradients are recorded
            for *inputs, target in loader:
                output = network(*inputs)
                losses[epoch, 1] += loss_function(output, target).item() / len(loader)
                correct += sum_correct_preds(output, target)
                seen += len(target)
            try:
                # mistake: StepLR takes the loss for the number of the epoch
                scheduler.step(losses[epoch, 1])
            except TypeError:
                scheduler.step()
            print(f"epoch {epoch + 1}: {losses[epoch]}, {100 * correct / seen:.1f} % right")
        stem = time.strftime("%Y%m%d_%H%M%S")
        torch.save(network.state_dict(), self.folder + stem + "_model.pt")
        np.save(self.folder + stem + "_loss.npy", losses)
        return stem


class NetworkUser:
    def __init__(self, network_class, loss_function, data_loader, folder="./metadata/"):
        self.network_class = network_class
        self.loss_function = loss_function
        self.data_loader = data_loader
        self.folder = folder

    def _load(self, file_stem, network_params):
        network = self.network_class(**network_params)
        network.load_state_dict(torch.load(f"{self.folder}{file_stem}_model.pt"))
        network.eval()
        return network

    def test_network(self, file_stem, network_params, loss_params, sum_correct_preds=sum_correct):
        network = self._load(file_stem, network_params)
        loss_function = self.loss_function(**loss_params)
        loader = self.data_loader("test")
        loss, correct = 0.0, 0
        with torch.no_grad():
            for *inputs, target in loader:
                output = network(*inputs)
                loss += loss_function(output, target).item() / len(loader)
                correct += sum_correct_preds(output, target)
        # mistake: what is counted are samples, not batches
        accuracy = correct / len(loader)
        print(f"test: loss {loss:.4f}, {100 * accuracy:.2f} % right")
        return loss, accuracy

    def get_predictor(self, file_stem, network_params):
        network = self._load(file_stem, network_params)

        def predict(x):
            with torch.no_grad():
                return network(x).argmax(dim=-1)

        return predict
